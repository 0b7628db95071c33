// A pipe of packets: O_DIRECT keeps boundaries, and cuts what is longer than a page.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main() {
    int p[2];
    pipe2(p, O_DIRECT);
    write(p[1], "one", 3);
    write(p[1], "two!", 4);
    write(p[1], "three", 5);
    char b[99];
    int n;
    n = read(p[0], b, 99);
    printf("%d ", n);
    n = read(p[0], b, 2);
    printf("%d ", n);
    n = read(p[0], b, 99);
    printf("%d\n", n);
    char big[9000];
    memset(big, 'b', 9000);
    write(p[1], big, 9000);
    n = read(p[0], big, 9000);
    printf("%d ", n);
    n = read(p[0], big, 9000);
    printf("%d ", n);
    n = read(p[0], big, 9000);
    printf("%d\n", n);
    close(p[1]);
    printf("%d\n", (int)read(p[0], b, 9));
}
