// posix_spawn with dup2, vfork with exec, vfork with _exit.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main() {
    int p[2];
    pipe2(p, O_CLOEXEC);
    posix_spawn_file_actions_t f;
    posix_spawn_file_actions_init(&f);
    posix_spawn_file_actions_adddup2(&f, p[1], 1);
    char *a[] = {"echo", "spawned", 0};
    pid_t c;
    posix_spawnp(&c, "echo", &f, 0, a, environ);
    close(p[1]);
    char b[99];
    int n = read(p[0], b, 99);
    printf("%.*s%d\n", n, b, (int)read(p[0], b, 99));
    waitpid(c, 0, 0);
    pipe(p);
    if ((c = vfork()) == 0) {
        dup2(p[1], 1);
        close(p[0]);
        close(p[1]);
        execlp("echo", "echo", "vforked", NULL);
        _exit(1);
    }
    close(p[1]);
    n = read(p[0], b, 99);
    printf("%.*s%d\n", n, b, (int)read(p[0], b, 99));
    waitpid(c, 0, 0);
    if ((c = vfork()) == 0) {
        _exit(5);
    }
    int st;
    waitpid(c, &st, 0);
    printf("%d\n", WEXITSTATUS(st));
}
