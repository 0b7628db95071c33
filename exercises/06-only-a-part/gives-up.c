/* A mistake: EAGAIN is taken for an error. */
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
    static char bytes[300000];
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
        usleep(500000);
        while ((n = read(there[0], bytes, sizeof bytes)) > 0)
            all += (size_t)n;
        snprintf(text, sizeof text, "%zu", all);
        write(back[1], text, strlen(text));
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    fcntl(there[1], F_SETFL, O_NONBLOCK);
    for (size_t done = 0; done < sizeof bytes;) {
        ssize_t n = write(there[1], bytes + done, sizeof bytes - done);
        if (n > 0)
            done += (size_t)n;
        else
            return 1;
    }
    close(there[1]);
    read(back[0], text, sizeof text);
    wait(NULL);
    return 0;
}
