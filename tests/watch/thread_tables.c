/* Four threads of one process make pipes and children at the same time: each number that one closes is given to another at once. */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *work(void *sum)
{
    for (int i = 0; i < 25; i++) {
        int ends[2];
        pipe(ends);
        pid_t child = fork();
        if (child == 0) {
            dup2(ends[1], 1);
            write(1, "x", 1);
            _exit(0);
        }
        close(ends[1]);
        char byte;
        while (read(ends[0], &byte, 1) == 1) {
            ++*(int *)sum;
        }
        close(ends[0]);
        waitpid(child, NULL, 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[4];
    int sums[4] = {0};
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, work, &sums[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%d %d %d %d\n", sums[0], sums[1], sums[2], sums[3]);
}
