// Two pipes, one for each direction: the child answers in capitals, then both see EOF.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    int a[2], b[2];
    pipe(a);
    pipe(b);
    char s[100];
    if (fork() == 0) {
        close(a[1]);
        close(b[0]);
        int n = read(a[0], s, 100);
        for (int i = 0; i < n; i++)
            s[i] ^= 32;
        write(b[1], s, n);
        _exit(0);
    }
    close(a[0]);
    close(b[1]);
    write(a[1], "hello", 5);
    close(a[1]);
    int n = read(b[0], s, 100);
    printf("%.*s\n", n, s);
    printf("%d\n", (int)read(b[0], s, 100));
    wait(0);
}
