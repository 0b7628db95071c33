//! epoll: what an edge loses, one shot, what outlives its number, what cannot be added.

use super::explains;

#[test]
fn an_edge_is_told_once_and_a_level_again() {
    explains(
        "socketpair stream a\nepoll ep\nepollctl ep add a[0]\nwrite a[1] hello\nepollwait ep => POLLIN\nwhy\nepollwait ep => POLLIN\n\
         epollctl ep mod a[0] et\nepollwait ep => POLLIN\nwhy\nread a[0] 2\nepollwait ep => 0\nwhy\n\
         epollwait ep timeout=-1 => sleeps\nwhy\ninterrupt parent\nread a[0] => \"llo\"\nepollwait ep => 0\nwhy",
        &[
            ("epoll-tells", &["a[0] (5 bytes wait)", "told again by each wait"]),
            ("epoll-tells", &["With EPOLLET this is told once"]),
            ("edge-was-told", &["An edge is told once: 3 bytes wait at a[0]", "until more is written"]),
            ("asleep-in-epoll", &["a[0]", "3 bytes wait at a[0], but that was told already"]),
            ("epoll-nothing-there", &["a[0]"]),
        ],
    );
}

#[test]
fn one_shot_is_off_until_it_is_modified() {
    explains(
        "pipe p\nepoll ep\nepollctl ep add p[0] oneshot\nwrite p[1] x\nepollwait ep => POLLIN\nwhy\nepollwait ep => 0\nwhy\n\
         epollctl ep mod p[0] oneshot\nepollwait ep => POLLIN",
        &[
            ("epoll-tells", &["With EPOLLONESHOT"]),
            ("one-shot-is-spent", &["p[0] was added with EPOLLONESHOT", "`epollctl ep mod p[0] oneshot`"]),
        ],
    );
}

#[test]
fn a_description_outlives_its_number() {
    explains(
        "socketpair stream a\nepoll ep\nepollctl ep add a[0]\nfork k\nclose a[0]\nwrite a[1] x\nepollwait ep => POLLIN\nwhy\n\
         epollctl ep del @3 => EBADF\nk: close a[0]\nepollwait ep => 0\nwhy",
        &[
            ("epoll-outlives-close", &["parent has no descriptor 3 for a[0]", "k (descriptor 3)"]),
            ("epoll-nothing-there", &["Nothing is in ep"]),
        ],
    );
}

#[test]
fn what_cannot_be_added() {
    explains(
        "pipe p\nepoll ep\nepoll outer\nepollctl ep add p[0]\nepollctl ep add p[0] => EEXIST\nwhy\nepollctl ep mod p[1] => ENOENT\nwhy\n\
         epollctl ep add @0 => EPERM\nwhy\nepollctl ep add ep => EINVAL\nwhy\nepollctl outer add ep\nepollctl ep add outer => ELOOP\nwhy\n\
         epollctl p[0] add p[1] => EINVAL\nwhy",
        &[
            ("epoll-refuses", &["p[0] is in ep already, under the number 3"]),
            ("epoll-refuses", &["p[1] is not in ep"]),
            ("epoll-refuses", &["nothing to wait for"]),
            ("epoll-refuses", &["ep cannot wait for itself"]),
            ("epoll-refuses", &["outer waits for ep already"]),
            ("epoll-refuses", &["p[0] is no epoll"]),
        ],
    );
}
