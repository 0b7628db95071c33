/* A mistake: the parent keeps the writing end, so it waits for itself. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int fd[2];
    char buf[64];
    if (pipe(fd) == -1)
        return 1;
    for (int i = 1; i <= 3; i++) {
        if (fork() == 0) {
            char line[2] = {(char)('0' + i), '\n'};
            close(fd[0]);
            write(fd[1], line, 2);
            _exit(i);
        }
    }
    while (read(fd[0], buf, sizeof buf) > 0)
        ;
    for (int i = 0; i < 3; i++)
        wait(NULL);
    return 0;
}
