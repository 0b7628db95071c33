// Two threads talk over a socketpair; there is one descriptor table.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int sv[2];
void *w(void *x) {
    char b[10];
    for (int i = 0; i < 3; i++) {
        read(sv[1], b, 1);
        b[0]++;
        write(sv[1], b, 1);
    }
    close(sv[1]);
    return 0;
}
int main() {
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    pthread_t t;
    pthread_create(&t, 0, w, 0);
    char b = 'a';
    for (int i = 0; i < 3; i++) {
        write(sv[0], &b, 1);
        read(sv[0], &b, 1);
    }
    printf("%c\n", b);
    pthread_join(t, 0);
    printf("%d\n", (int)read(sv[0], &b, 1));
}
