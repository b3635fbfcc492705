/* Structure layouts shared by assembly and C; cpu.h and trap.h assert every number here against the C structures. */
#ifndef ASM_OFFSETS_H
#define ASM_OFFSETS_H

#define MAX_CPUS 8
#define STACK_SIZE 0x8000
#define USER_STACK_SIZE 0x1000

/* struct cpu */
#define CPU_STACK_TOP 0
#define CPU_TRY_RESULT 8
#define CPU_TRY_SP 16
#define CPU_USER_STACK 24
#define CPU_USER_PSTATE 32
#define CPU_SIZE 128

/* struct trap_frame */
#define FRAME_SP_EL0 248
#define FRAME_ELR 256
#define FRAME_SPSR 264
#define FRAME_ESR 272
#define FRAME_FAR 280
#define FRAME_VECTOR 288
#define FRAME_SIZE 304
#define FRAME_FP_SIZE 528

/* struct trap */
#define TRAP_TAKEN 0
#define TRAP_X0 8

/* PSTATE of a probe: EL1h, everything masked, N and C set so that SPSR capture is visible. */
#define PROBE_NZCV 0xa0000000
#define PSTATE_DAIF 0x3c0
#define PSTATE_EL1H 0x5

#endif
