// Five processes in a ring of pipes pass a token three times round, and the first one takes it out.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define N 5
int main() {
    int p[N][2];
    for (int i = 0; i < N; i++)
        pipe(p[i]);
    for (int i = 1; i < N; i++)
        if (fork() == 0) {
            for (int j = 0; j < N; j++) {
                if (j != i)
                    close(p[j][0]);
                if (j != (i + 1) % N)
                    close(p[j][1]);
            }
            int t;
            while (read(p[i][0], &t, 4) == 4) {
                t++;
                write(p[(i + 1) % N][1], &t, 4);
            }
            _exit(0);
        }
    for (int j = 0; j < N; j++) {
        if (j != 0)
            close(p[j][0]);
        if (j != 1)
            close(p[j][1]);
    }
    int t = 0;
    for (int r = 0; r < 3; r++) {
        write(p[1][1], &t, 4);
        read(p[0][0], &t, 4);
    }
    printf("token %d\n", t);
    close(p[1][1]);
    int e = read(p[0][0], &t, 4);
    printf("eof %d\n", e);
    while (wait(0) > 0)
        ;
}
