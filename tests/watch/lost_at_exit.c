/* The child leaves by _exit, and stdio's buffer with it: on a terminal its line is out by then, through a pipe it is not. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    puts("parent");
    if (fork() == 0) {
        puts("child");
        _exit(0);
    }
    wait(NULL);
    return 0;
}
