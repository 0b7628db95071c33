/* The child's own child inherits the writing end, and never writes nor ends. */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int ends[2];
    char buffer[64];
    pipe(ends);
    if (fork() == 0) {
        if (fork() == 0) {
            pause();
            _exit(0);
        }
        close(ends[0]);
        write(ends[1], "one", 3);
        _exit(0);
    }
    close(ends[1]);
    while (read(ends[0], buffer, sizeof buffer) > 0)
        ;
    wait(NULL);
    return 0;
}
