/* A mistake: the parent kills its child instead of letting it read EOF. */
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
    int sv[2];
    char buf[64];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        close(sv[0]);
        read(sv[1], buf, sizeof buf);
        write(sv[1], "welcome", 7);
        while (read(sv[1], buf, sizeof buf) > 0)
            ;
        _exit(0);
    }
    close(sv[1]);
    write(sv[0], "hello", 5);
    read(sv[0], buf, sizeof buf);
    kill(child, SIGKILL);
    close(sv[0]);
    wait(NULL);
    return 0;
}
