/* A job server of one token: the first job takes it and fails without giving it back. */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int tokens[2];
    char token;

    if (pipe(tokens) == -1 || write(tokens[1], "+", 1) != 1)
        return 1;
    for (int job = 0; job < 2; job++) {
        if (fork() == 0)
            _exit(read(tokens[0], &token, 1) == 1 ? 1 : 2);
        wait(NULL);
    }
    return 0;
}
