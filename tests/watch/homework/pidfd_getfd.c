// pidfd_getfd takes the writing end out of a child, and uses it.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    int p[2], g[2];
    pipe(g);
    pipe(p);
    pid_t c = fork();
    if (!c) {
        char x;
        close(p[0]);
        close(g[1]);
        read(g[0], &x, 1);
        _exit(0);
    }
    close(p[1]);
    close(g[0]);
    int pf = syscall(SYS_pidfd_open, c, 0);
    int w = syscall(SYS_pidfd_getfd, pf, p[1], 0);
    if (w < 0) {
        puts("no");
    } else {
        write(w, "stolen", 6);
        close(w);
    }
    close(g[1]);
    char b[9];
    printf("%d ", (int)read(p[0], b, 9));
    printf("%d\n", (int)read(p[0], b, 9));
    wait(0);
}
