/* The parent reads until EOF, and holds the writing end itself. */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int ends[2];
    char buffer[64];
    pipe(ends);
    if (fork() == 0) {
        close(ends[0]);
        write(ends[1], "one", 3);
        _exit(0);
    }
    while (read(ends[0], buffer, sizeof buffer) > 0)
        ;
    wait(NULL);
    return 0;
}
