// Two processes meet at a FIFO, which is opened by whole and by relative paths and then unlinked.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    char f[50];
    sprintf(f, "/tmp/rv%d", getpid());
    mkfifo(f, 0600);
    if (fork() == 0) {
        usleep(50000);
        int w = open(f, O_WRONLY);
        write(w, "meet", 4);
        close(w);
        w = open(f, O_WRONLY | O_NONBLOCK);
        _exit(w < 0 && errno != ENXIO);
    }
    int r = open(f, O_RDONLY);
    char b[9];
    int n = read(r, b, 9);
    printf("%.*s %d\n", n, b, (int)read(r, b, 9));
    close(r);
    int st;
    wait(&st);
    printf("%d\n", WEXITSTATUS(st) == 0);
    chdir("/tmp");
    r = open(f + 5, O_RDONLY | O_NONBLOCK);
    printf("%d\n", (int)read(r, b, 9));
    int w = open(f, O_WRONLY);
    write(w, "rel", 3);
    printf("%d\n", (int)read(r, b, 9));
    unlink(f);
    write(w, "gone", 4);
    printf("%d\n", (int)read(r, b, 9));
    close(w);
    printf("%d\n", (int)read(r, b, 9));
}
