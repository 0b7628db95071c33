    syscall(SYS_close_range, 3, ~0U, 0);    /* so that numbers begin with 3 */
    all = mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return 2;
