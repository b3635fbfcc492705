// Random programs for seccomp, of which most are good: whether they are refused, and what they answer for a call. Prints a line for each, which is the
// same on this machine's own kernel. Arguments: a seed, and how many.
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static uint64_t state;

static uint32_t any(uint32_t limit) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (state >> 16) % limit;
}

static uint32_t constant(void) {
    static const uint32_t values[] = {0, 1, 2, 3, 31, 32, 33, 0x7fffffff, 0x80000000, 0xffffffff};
    return any(3) ? values[any(10)] : any(2) ? any(0x10000) : any(0xffffffff);
}

// Words of arguments, which are alike on all machines; now and then no word at all.
static uint32_t offset(void) { return 16 + (any(40) ? 4 * any(12) : any(64)); }

// Loads of the data are `offset`'s business.
static uint16_t any_code(void) {
    uint16_t code = any(0x100);
    return code == (BPF_LD | BPF_W | BPF_ABS) ? BPF_LD | BPF_H | BPF_ABS : code;
}

static uint32_t cell(void) { return any(60) ? any(3) : any(20); }

// The instruction at `at` of `length`, whose last two are good.
static struct sock_filter instruction(int at, int length) {
    static const uint16_t calculations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_XOR};
    static const uint16_t tests[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
    uint16_t source = any(2) ? BPF_X : BPF_K;
    int left = length - at - 1;
    switch (any(14)) {
    case 0 ... 1: return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset());
    case 2: return (struct sock_filter)BPF_STMT((any(2) ? BPF_LD : BPF_LDX) | (any(8) ? BPF_IMM : BPF_LEN), constant());
    case 3: return (struct sock_filter)BPF_STMT(any(2) ? BPF_ST : BPF_STX, cell());
    case 4: return any(3) ? (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0) : (struct sock_filter)BPF_STMT((any(2) ? BPF_LD : BPF_LDX) | BPF_MEM, cell());
    case 5: return (struct sock_filter)BPF_STMT(BPF_MISC | (any(2) ? BPF_TAX : BPF_TXA), 0);
    case 6: return (struct sock_filter)BPF_STMT(BPF_ALU | BPF_NEG, 0);
    case 7: return any(10) ? (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, any(left)) : (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, constant());
    case 8 ... 9: {
        int reach = any(50) ? left : left + 1;
        return (struct sock_filter)BPF_JUMP(BPF_JMP | tests[any(4)] | source, constant(), any(reach), any(reach));
    }
    case 10: return any(20) ? (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset()) : (struct sock_filter){any_code(), any(left), any(left), constant()};
    default: {
        uint16_t operation = calculations[any(9)];
        int shift = operation == BPF_LSH || operation == BPF_RSH;
        uint32_t value = shift && any(10) ? any(32) : constant();
        return (struct sock_filter)BPF_STMT(BPF_ALU | operation | source, operation == BPF_DIV && !value && any(10) ? 7 : value);
    }
    }
}

int main(int count, char **arguments) {
    long programs = atol(arguments[2]);
    state = 0x9e3779b97f4a7c15u * (atol(arguments[1]) + 1);
    int *answer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (long number = 0; number < programs; number++) {
        struct sock_filter filter[64] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpgid, 1, 0),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            // The number differs between machines.
            BPF_STMT(BPF_LD | BPF_IMM, constant()),
        };
        int random = 1 + any(24), length = 4;
        for (int at = 0; at < random; at++) filter[length++] = instruction(at, random + 3);
        // 12 bits of what came out.
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
        struct sock_fprog program = {length, filter};
        *answer = -1;
        pid_t child = fork();
        if (child == 0) {
            if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) {
                *answer = -errno;
            } else {
                errno = 0;
                syscall(__NR_getpgid, 0x300000000, 0xffffffff80000000, 0x1234567890, 1, 0x7fffffff00000020, -1L);
                *answer = errno;
            }
            _exit(0);
        }
        int status;
        if (waitpid(child, &status, 0) != child) return 1;
        printf("%ld: %d, %#x\n", number, *answer, status & 0x7f);
        fflush(stdout);
    }
    return 0;
}
