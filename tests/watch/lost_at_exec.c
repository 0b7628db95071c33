/* What printf has kept is gone once the parent is another program; what the child has of it is not the child's to write. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    puts("before exec");
    if (fork() == 0) {
        execlp("true", "true", (char *)NULL);
    }
    wait(NULL);
    execlp("true", "true", (char *)NULL);
    return 1;
}
