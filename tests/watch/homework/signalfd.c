// A loop that reads signals from a signalfd: SIGUSR1 from the child, then its SIGCHLD.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    sigset_t m;
    sigemptyset(&m);
    sigaddset(&m, SIGCHLD);
    sigaddset(&m, SIGUSR1);
    sigprocmask(SIG_BLOCK, &m, 0);
    int f = signalfd(-1, &m, SFD_CLOEXEC);
    pid_t c = fork();
    if (!c) {
        kill(getppid(), SIGUSR1);
        usleep(50000);
        _exit(3);
    }
    for (int i = 0; i < 2; i++) {
        struct signalfd_siginfo s;
        read(f, &s, sizeof s);
        printf("sig %d\n", s.ssi_signo);
    }
    int st;
    wait(&st);
    printf("%d\n", WEXITSTATUS(st));
}
