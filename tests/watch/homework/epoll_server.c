// An echo server of non-blocking connections with epoll, and four clients.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    struct sockaddr_un u = {AF_UNIX};
    u.sun_path[0] = 0;
    int l = sprintf(u.sun_path + 1, "ep%d", getpid()) + 1 + 2;
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bind(s, (void *)&u, l);
    listen(s, 8);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            close(s);
            int c = socket(AF_UNIX, SOCK_STREAM, 0);
            if (connect(c, (void *)&u, l))
                _exit(9);
            char b[64];
            int n = sprintf(b, "client %d\n", i);
            write(c, b, n);
            n = read(c, b, 64);
            _exit(n > 0 ? 0 : 1);
        }
    int e = epoll_create1(0);
    struct epoll_event ev = {EPOLLIN, {.fd = s}};
    epoll_ctl(e, EPOLL_CTL_ADD, s, &ev);
    int done = 0;
    while (done < 4) {
        struct epoll_event r[8];
        int n = epoll_wait(e, r, 8, -1);
        for (int i = 0; i < n; i++) {
            if (r[i].data.fd == s) {
                int c;
                while ((c = accept4(s, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    ev.events = EPOLLIN;
                    ev.data.fd = c;
                    epoll_ctl(e, EPOLL_CTL_ADD, c, &ev);
                }
            } else {
                int c = r[i].data.fd;
                char b[64];
                int k = read(c, b, 64);
                if (k > 0)
                    write(c, b, k);
                else {
                    epoll_ctl(e, EPOLL_CTL_DEL, c, 0);
                    close(c);
                    done++;
                }
            }
        }
    }
    int st, bad = 0;
    while (wait(&st) > 0)
        bad += st != 0;
    printf("done %d bad %d\n", done, bad);
}
