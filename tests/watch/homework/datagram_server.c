// A datagram server that answers to the sender's address, and ECONNREFUSED once it is gone.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    struct sockaddr_un u = {AF_UNIX}, c = {AF_UNIX}, f;
    socklen_t fl;
    sprintf(u.sun_path, "/tmp/dg%d", getpid());
    sprintf(c.sun_path, "/tmp/dc%d", getpid());
    int s = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(s, (void *)&u, sizeof u);
    if (fork() == 0) {
        for (int i = 0; i < 3; i++) {
            char b[64];
            fl = sizeof f;
            int n = recvfrom(s, b, 64, 0, (void *)&f, &fl);
            b[n] = '!';
            sendto(s, b, n + 1, 0, (void *)&f, fl);
        }
        _exit(0);
    }
    int k = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(k, (void *)&c, sizeof c);
    for (int i = 0; i < 3; i++) {
        char b[64];
        int n = sprintf(b, "q%d", i);
        sendto(k, b, n, 0, (void *)&u, sizeof u);
        n = recv(k, b, 64, 0);
        printf("%.*s\n", n, b);
    }
    wait(0);
    close(s);
    int r = sendto(k, "x", 1, 0, (void *)&u, sizeof u);
    printf("%d %d\n", r, errno == ECONNREFUSED);
    unlink(u.sun_path);
    unlink(c.sun_path);
}
