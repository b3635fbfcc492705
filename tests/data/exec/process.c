// Processes: fork, vfork, execve of this very program and of scripts, exit codes, pipes between them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

extern char **environ;

static int code_of(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int main(int count, char **arguments) {
    if (count > 2 && strcmp(arguments[1], "child") == 0) {
        // What came along: the name, arguments, environment, descriptors that were not closed.
        const char *value = getenv("INVAR_EXEC_TEST");
        int fd = atoi(arguments[2]);
        int whole = count == 5 && strcmp(arguments[3], "a b") == 0 && strcmp(arguments[4], "") == 0;
        return (whole && strcmp(arguments[0], "name") == 0 && value && strcmp(value, "=x") == 0 && write(fd, "y", 1) == 1) ? 9 : 10;
    }
    char self[4096], byte = 0, path[] = "/tmp/invar-script-XXXXXX";
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    CHECK(length > 0);
    self[length] = 0;

    pid_t child = fork();
    if (child == 0) _exit(getppid() > 1 ? 5 : 6);
    CHECK(code_of(child) == 5);
    child = vfork();
    if (child == 0) _exit(7);
    CHECK(code_of(child) == 7);

    int ends[2], kept[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0 && pipe(kept) == 0);
    char number[16];
    snprintf(number, sizeof number, "%d", kept[1]);
    char *given[] = {"name", "child", number, "a b", "", NULL}, *environment[] = {"INVAR_EXEC_TEST==x", NULL};
    child = fork();
    if (child == 0) {
        execve(self, given, environment);
        _exit(11);
    }
    CHECK(code_of(child) == 9 && read(kept[0], &byte, 1) == 1 && byte == 'y');
    CHECK(execve("/nowhere", given, environment) == -1 && errno == ENOENT);
    CHECK(execve("/tmp", given, environment) == -1 && errno == EACCES);

    // The C library's own ways, and a program of this machine's.
    pid_t spawned;
    CHECK(posix_spawn(&spawned, self, NULL, NULL, given, environment) == 0 && code_of(spawned) == 9);
    CHECK(system("exit 12") == 12 << 8);
    FILE *out = popen("echo from a shell", "r");
    char line[64] = "";
    CHECK(out && fgets(line, sizeof line, out) && strcmp(line, "from a shell\n") == 0 && pclose(out) == 0);

    // A script whose interpreter is this program.
    int script = mkstemp(path);
    dprintf(script, "#!%s child\n", self);
    fchmod(script, 0700);
    close(script);
    child = fork();
    if (child == 0) {
        execve(path, given, environment);
        _exit(11);
    }
    // Its name is the interpreter's, so the child says no.
    CHECK(code_of(child) == 10 && unlink(path) == 0);
    return verdict();
}
