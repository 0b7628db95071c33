// close_range closes the last copy of a writing end, so EOF comes; and marks others for exec.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    int p[2], q[2];
    pipe(p);
    pipe(q);
    if (fork() == 0) {
        write(p[1], "x", 1);
        syscall(SYS_close_range, 3, 100, 0);
        usleep(200000);
        _exit(0);
    }
    close(p[1]);
    char b[9];
    printf("%d ", (int)read(p[0], b, 9));
    printf("%d\n", (int)read(p[0], b, 9));
    if (fork() == 0) {
        syscall(SYS_close_range, 3, 100, 4);
        execlp("ls", "ls", "/proc/self/fd", NULL);
    }
    wait(0);
    wait(0);
}
