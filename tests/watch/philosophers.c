/* Three philosophers, three forks: a fork is a pipe with one byte in it. Each takes the left one, then the right one. */
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 3 };

int main(void)
{
    int forks[SEATS][2];
    char fork_byte = 'f';

    for (int seat = 0; seat < SEATS; seat++)
        if (pipe(forks[seat]) == -1 || write(forks[seat][1], &fork_byte, 1) != 1)
            return 1;
    for (int seat = 0; seat < SEATS; seat++) {
        if (fork() != 0)
            continue;
        int *left = forks[seat], *right = forks[(seat + 1) % SEATS];
        if (read(left[0], &fork_byte, 1) != 1 || read(right[0], &fork_byte, 1) != 1)
            _exit(1);
        /* Eats. */
        if (write(left[1], &fork_byte, 1) != 1 || write(right[1], &fork_byte, 1) != 1)
            _exit(1);
        _exit(0);
    }
    for (int seat = 0; seat < SEATS; seat++)
        wait(NULL);
    return 0;
}
