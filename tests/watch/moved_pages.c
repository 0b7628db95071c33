/* A child gives pages to a pipe; its parent copies some of them out, and reads the rest. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int p[2];
    if (pipe(p) != 0)
        return 2;
    if (fork() == 0) {
        struct iovec words[2] = {{"hello ", 6}, {"world", 5}};
        close(p[0]);
        return vmsplice(p[1], words, 2, 0) == 11 ? 0 : 2;
    }
    close(p[1]);
    wait(NULL);
    char first[4], rest[64];
    struct iovec room = {first, sizeof first};
    if (vmsplice(p[0], &room, 1, 0) != 4 || read(p[0], rest, sizeof rest) != 7)
        return 2;
    return read(p[0], rest, sizeof rest) == 0 ? 0 : 3;
}
