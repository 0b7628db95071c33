/* A mistake: it stops at the first read that is not full. */
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
    static char bytes[100000];
    int there[2], back[2];
    char text[16];
    memset(bytes, 'x', sizeof bytes);
    if (pipe(there) == -1 || pipe(back) == -1)
        return 1;
    if (fork() == 0) {
        size_t all = 0;
        ssize_t n;
        close(there[1]);
        close(back[0]);
        do {
            n = read(there[0], bytes, sizeof bytes);
            all += (size_t)n;
        } while (n == (ssize_t)sizeof bytes);
        snprintf(text, sizeof text, "%zu", all);
        write(back[1], text, strlen(text));
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    write(there[1], bytes, sizeof bytes);
    close(there[1]);
    read(back[0], text, sizeof text);
    wait(NULL);
    return 0;
}
