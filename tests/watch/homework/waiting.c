// poll over an eventfd, a timerfd and a pidfd.
#define _GNU_SOURCE
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    int e = eventfd(0, EFD_SEMAPHORE);
    int t = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec it = {.it_value = {0, 50000000}};
    timerfd_settime(t, 0, &it, 0);
    pid_t c = fork();
    if (!c) {
        uint64_t v = 2;
        usleep(30000);
        write(e, &v, 8);
        _exit(0);
    }
    int pf = syscall(SYS_pidfd_open, c, 0);
    struct pollfd p[3] = {{e, POLLIN}, {t, POLLIN}, {pf, POLLIN}};
    int got = 0;
    while (got < 3) {
        int n = poll(p, 3, -1);
        (void)n;
        for (int i = 0; i < 3; i++)
            if (p[i].revents) {
                got++;
                p[i].fd = -1;
            }
    }
    uint64_t v;
    read(e, &v, 8);
    printf("%d ", (int)v);
    read(e, &v, 8);
    printf("%d ", (int)v);
    read(t, &v, 8);
    printf("%d\n", (int)v);
    wait(0);
}
