/* A stack machine run by a switch: an indirect branch for every few instructions. */
#include "../bench.h"

BENCH(dispatch, 60);

enum op { PUSH, ADD, MUL, XOR, DUP, SWAP, ROT, SHR, DROP, LOOP, HALT };
struct insn {
    u32 op, operand;
};

/* x = x * 5 + 3, then shifts, rotations and some shuffling; every turn ends with the stack as it began. */
static const struct insn program[] = {{PUSH, 5}, {MUL, 0},  {PUSH, 3}, {ADD, 0},  {DUP, 0},  {SHR, 7}, {XOR, 0}, {PUSH, 9},
                                      {SWAP, 0}, {ROT, 13}, {DROP, 0}, {DUP, 0}, {SHR, 11}, {XOR, 0}, {LOOP, 0}, {HALT, 0}};

static __attribute__((noinline)) u64 interpret(const struct insn *code, u64 x, u64 count)
{
    u64 stack[8], *top = stack, t;
    *top = x;
    for (const struct insn *pc = code;;) {
        u32 operand = pc->operand;
        switch (pc++->op) {
        case PUSH: *++top = operand; break;
        case ADD: t = *top--; *top += t; break;
        case MUL: t = *top--; *top *= t; break;
        case XOR: t = *top--; *top ^= t; break;
        case DUP: top[1] = *top; top++; break;
        case SWAP: t = *top; *top = top[-1]; top[-1] = t; break;
        case ROT: *top = *top << operand | *top >> (64 - operand); break;
        case SHR: *top >>= operand; break;
        case DROP: top[-1] ^= *top; top--; break;
        case LOOP:
            if (--count)
                pc = code;
            break;
        default: return *top;
        }
    }
}

static u64 dispatch(u64 iterations)
{
    u64 x = 1;
    for (u64 n = 0; n < iterations; n++)
        x = interpret(program, x + n, 2000);
    return x;
}
