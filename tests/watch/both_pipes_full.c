/* Parent and child write more than a pipe holds before either reads. */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int down[2], up[2];
    static char bytes[100000];
    pipe(down);
    pipe(up);
    if (fork() == 0) {
        close(down[1]);
        close(up[0]);
        write(up[1], bytes, sizeof bytes);
        read(down[0], bytes, sizeof bytes);
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    write(down[1], bytes, sizeof bytes);
    read(up[0], bytes, sizeof bytes);
    wait(NULL);
    return 0;
}
