/* Written by host/host.c. */
static const u64 expected[GROUPS] = {
    0x3a8936ce6d76d678, /* copies */
    0xa83f07a7eef833ee, /* moves */
    0xb1e1b1e6b3a0250a, /* fills */
    0x4aec4719eb08b420, /* searches */
    0x39354e1ada53ae4c, /* texts */
    0xcd160f6c722231f3, /* numbers */
};
