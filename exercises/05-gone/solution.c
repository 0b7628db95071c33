/* A writer that survives its reader. */
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
    char buf[7];
    if (pipe(fd) == -1)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    if (fork() == 0) {
        close(fd[1]);
        read(fd[0], buf, sizeof buf);
        _exit(0);
    }
    close(fd[0]);
    while (write(fd[1], "a line\n", 7) == 7)
        ;
    close(fd[1]);
    wait(NULL);
    return 0;
}
