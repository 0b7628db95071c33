/* Datagrams, and an empty one as the end. */
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
    const char *colours[] = {"red", "green", "blue"};
    int sv[2];
    char buf[64];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == -1)
        return 1;
    if (fork() == 0) {
        close(sv[0]);
        while (recv(sv[1], buf, sizeof buf, 0) > 0)
            ;
        _exit(0);
    }
    close(sv[1]);
    for (int i = 0; i < 3; i++)
        send(sv[0], colours[i], strlen(colours[i]), 0);
    send(sv[0], "", 0, 0);
    wait(NULL);
    return 0;
}
