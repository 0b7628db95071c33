// A double fork: the daemon reports by a pipe that it is up.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    int p[2];
    pipe(p);
    pid_t c = fork();
    if (!c) {
        setsid();
        if (fork()) {
            _exit(0);
        }
        close(p[0]);
        int n = open("/dev/null", O_RDWR);
        dup2(n, 0);
        usleep(100000);
        write(p[1], "up", 2);
        close(p[1]);
        usleep(100000);
        _exit(0);
    }
    close(p[1]);
    waitpid(c, 0, 0);
    char b[9];
    int n = read(p[0], b, 9);
    printf("%.*s\n", n, b);
    printf("%d\n", (int)read(p[0], b, 9));
}
