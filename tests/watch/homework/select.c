// select over three children that end one after the other, as far as the machine lets them.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
    int s[3][2];
    for (int i = 0; i < 3; i++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, s[i]);
        if (fork() == 0) {
            for (int j = 0; j <= i; j++)
                close(s[j][0]);
            usleep(30000 * (3 - i));
            dprintf(s[i][1], "kid%d", i);
            _exit(0);
        }
        close(s[i][1]);
    }
    int left = 3;
    char words[3][9];
    while (left) {
        fd_set r;
        FD_ZERO(&r);
        int m = 0;
        for (int i = 0; i < 3; i++)
            if (s[i][0] >= 0) {
                FD_SET(s[i][0], &r);
                if (s[i][0] > m)
                    m = s[i][0];
            }
        select(m + 1, &r, 0, 0, 0);
        for (int i = 0; i < 3; i++)
            if (s[i][0] >= 0 && FD_ISSET(s[i][0], &r)) {
                int n = read(s[i][0], words[i], 8);
                if (n <= 0) {
                    close(s[i][0]);
                    s[i][0] = -1;
                    left--;
                } else
                    words[i][n] = 0;
            }
    }
    for (int i = 0; i < 3; i++)
        printf("%s\n", words[i]);
    while (wait(0) > 0)
        ;
}
