/* A datagram that is too long, a child that nobody waits for, and that crashes. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    int sv[2], end[2];
    char *big = calloc(1, 8 << 20);

    if (big == NULL || socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == -1 || pipe(end) == -1)
        return 1;
    if (fork() == 0) {
        close(end[1]);
        /* Until the parent is gone. */
        if (read(end[0], big, 1) == 0)
            abort();
        _exit(0);
    }
    if (write(sv[0], big, 8 << 20) != -1)
        return 1;
    return 0;
}
