// A server forks three workers, all of which accept on one socket; the parent is six clients.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    setpgid(0, 0);
    struct sockaddr_un u = {AF_UNIX};
    sprintf(u.sun_path, "/tmp/pf.%d", getpid());
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(s, (void *)&u, sizeof u);
    listen(s, 8);
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            for (;;) {
                int c = accept(s, 0, 0);
                if (c < 0)
                    _exit(1);
                char b[64];
                int n;
                while ((n = read(c, b, 64)) > 0)
                    write(c, b, n);
                close(c);
            }
        }
    int sum = 0;
    for (int i = 0; i < 6; i++) {
        int c = socket(AF_UNIX, SOCK_STREAM, 0);
        connect(c, (void *)&u, sizeof u);
        char b[64];
        int n = sprintf(b, "msg%d", i);
        write(c, b, n);
        shutdown(c, SHUT_WR);
        sum += read(c, b, 64);
        sum += read(c, b, 64);
        close(c);
    }
    printf("%d\n", sum);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(0) > 0)
        ;
    unlink(u.sun_path);
}
