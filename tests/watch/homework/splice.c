// tee, splice, sendfile: bytes that go without being seen.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

int main() {
    int p[2], q[2], s[2];
    pipe(p);
    pipe(q);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(p[1], "hello world", 11);
    printf("%d ", (int)tee(p[0], q[1], 5, 0));
    printf("%d ", (int)splice(p[0], 0, s[0], 0, 100, 0));
    char b[64];
    printf("%d ", (int)read(q[0], b, 64));
    printf("%d\n", (int)read(s[1], b, 64));
    int f = open("/etc/passwd", O_RDONLY);
    printf("%d ", (int)sendfile(p[1], f, 0, 20));
    printf("%d ", (int)sendfile(s[0], f, 0, 15));
    printf("%d ", (int)read(p[0], b, 64));
    printf("%d\n", (int)read(s[1], b, 64));
    printf("%d ", (int)splice(f, 0, p[1], 0, 10, 0));
    write(p[1], "tail", 4);
    printf("%d\n", (int)read(p[0], b, 64));
    write(s[0], "sock", 4);
    printf("%d ", (int)splice(s[1], 0, p[1], 0, 64, 0));
    printf("%d\n", (int)read(p[0], b, 64));
}
