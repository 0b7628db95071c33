/* Watches over all: looks at tasks for those who ask; the program ends when every part is done, when something came out otherwise,
 * or when nothing moves. */
static void watch_over(int stage)
{
    int last = -1;
    time_t since = time(NULL);
    while (!strchr("ZX", look_at(STAGE)) && !all->failed) {
        if (all->asked) {
            all->answer = look_at(all->asked - 1);
            all->asked = 0;
            continue;
        }
        struct timespec moment = { .tv_nsec = 100000 };
        nanosleep(&moment, NULL);
        while (waitpid(-1, NULL, WNOHANG) > 0 && kill(stage, 0) == 0)
            ;
        if (all->clock != last) {
            last = all->clock;
            since = time(NULL);
        }
        if (time(NULL) - since < STUCK_AFTER_SECONDS)
            continue;
        for (int task = 0; task < TASKS; task++)
            dprintf(ERR, "%s:%d: %s is here, and nothing moves\n", __FILE__, all->line[task], names[task]);
        all->failed = 1;
    }
}

/* Does what nobody on the bench does: sends the signals that come from outside, tells of deaths. */
static void begin_stage(void)
{
    setpgid(0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    me = STAGE;
    all->pid[me] = getpid();
    all->tid[me] = getpid();
    if (fork() == 0)
        begin(PARENT_TASK, parent_part);
    while (!all->tid[PARENT_TASK])
        wait_while_running();
    stage_part();
    _exit(0);
}

int main(ARGUMENTS)
{
    SHARE
    STANDARD
    char folder[] = "/tmp/run-XXXXXX";      /* for sockets that are files */
    if (!mkdtemp(folder) || chdir(folder) == -1)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1);       /* orphans come here */
    int stage = fork();
    if (stage == 0)
        begin_stage();
    while (stage > 0 && !all->tid[STAGE])
        sched_yield();
    watch_over(stage);
    all->told_wrong = 1;                    /* a call that returns now does so because others are killed */
    kill(-stage, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) != -1)        /* until there are no children; some are in groups of their own */
        for (int task = 1; task < TASKS; task++)
            if (all->pid[task] && waitid(P_PID, (id_t)all->pid[task], NULL, WEXITED | WNOHANG | WNOWAIT) == 0)
                kill(all->pid[task], SIGKILL);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (chdir("/") == -1 || system(command) != 0)
        return 2;
    return all->failed ? 1 : 0;
}
