/* Reads the whole ID register space (op0 3, op1 0, CRn 0, CRm 0 to 7) and the cache geometry, and prints what is there. */
#include "guest.h"
#include "trap.h"

const char guest_name[] = "idregs";

static const struct {
    u8 crm, op2;
    const char *name;
} names[] = {
    {0, 0, "MIDR_EL1"},          {0, 5, "MPIDR_EL1"},         {0, 6, "REVIDR_EL1"},        {1, 0, "ID_PFR0_EL1"},
    {1, 1, "ID_PFR1_EL1"},       {1, 2, "ID_DFR0_EL1"},       {1, 3, "ID_AFR0_EL1"},       {1, 4, "ID_MMFR0_EL1"},
    {1, 5, "ID_MMFR1_EL1"},      {1, 6, "ID_MMFR2_EL1"},      {1, 7, "ID_MMFR3_EL1"},      {2, 0, "ID_ISAR0_EL1"},
    {2, 1, "ID_ISAR1_EL1"},      {2, 2, "ID_ISAR2_EL1"},      {2, 3, "ID_ISAR3_EL1"},      {2, 4, "ID_ISAR4_EL1"},
    {2, 5, "ID_ISAR5_EL1"},      {2, 6, "ID_MMFR4_EL1"},      {2, 7, "ID_ISAR6_EL1"},      {3, 0, "MVFR0_EL1"},
    {3, 1, "MVFR1_EL1"},         {3, 2, "MVFR2_EL1"},         {3, 4, "ID_PFR2_EL1"},       {3, 5, "ID_DFR1_EL1"},
    {3, 6, "ID_MMFR5_EL1"},      {4, 0, "ID_AA64PFR0_EL1"},   {4, 1, "ID_AA64PFR1_EL1"},   {4, 2, "ID_AA64PFR2_EL1"},
    {4, 4, "ID_AA64ZFR0_EL1"},   {4, 5, "ID_AA64SMFR0_EL1"},  {4, 7, "ID_AA64FPFR0_EL1"},  {5, 0, "ID_AA64DFR0_EL1"},
    {5, 1, "ID_AA64DFR1_EL1"},   {5, 2, "ID_AA64DFR2_EL1"},   {5, 4, "ID_AA64AFR0_EL1"},   {5, 5, "ID_AA64AFR1_EL1"},
    {6, 0, "ID_AA64ISAR0_EL1"},  {6, 1, "ID_AA64ISAR1_EL1"},  {6, 2, "ID_AA64ISAR2_EL1"},  {6, 3, "ID_AA64ISAR3_EL1"},
    {7, 0, "ID_AA64MMFR0_EL1"},  {7, 1, "ID_AA64MMFR1_EL1"},  {7, 2, "ID_AA64MMFR2_EL1"},  {7, 3, "ID_AA64MMFR3_EL1"},
    {7, 4, "ID_AA64MMFR4_EL1"},
};

static const char *name_of(u32 crm, u32 op2)
{
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].crm == crm && names[i].op2 == op2)
            return names[i].name;
    return NULL;
}

/* mrs x0, S3_<op1>_C0_C<crm>_<op2>; ret. */
static bool read_register(u32 op1, u32 crm, u32 op2, u64 *value)
{
    static u32 code[2] __attribute__((aligned(64)));
    struct trap t;
    code[0] = 0xd5380000 | op1 << 16 | crm << 8 | op2 << 5;
    code[1] = 0xd65f03c0;
    cache_sync_code(code, sizeof code);
    try_el1(&t, code, 0, 0, 0);
    *value = t.x0;
    return !t.taken;
}

static void id_space(void)
{
    u32 readable = 0, unnamed = 0;
    bool stable = true;
    for (u32 crm = 0; crm < 8; crm++) {
        for (u32 op2 = 0; op2 < 8; op2++) {
            u64 value, again;
            const char *name = name_of(crm, op2);
            if (!read_register(0, crm, op2, &value)) {
                if (name)
                    printf("S3_0_C0_C%u_%u %-18s undefined\n", crm, op2, name);
                continue;
            }
            readable++;
            stable &= read_register(0, crm, op2, &again) && again == value;
            unnamed += !name && crm > 0 && value != 0;
            if (name || value)
                printf("S3_0_C0_C%u_%u %-18s 0x%016lx\n", crm, op2, name ? name : "?", value);
        }
    }
    check(readable >= 56, "CRm 1 to 7 can be read in full");
    check(stable, "a second reading agrees");
    check_u64("registers without a name that are not zero", unnamed, 0);
}

static void caches(void)
{
    u64 clidr = read_sysreg(clidr_el1);
    printf("CLIDR_EL1 0x%016lx\n", clidr);
    for (u32 level = 0; level < 7; level++) {
        u64 type = FIELD(clidr, 3 * level, 3);
        if (type == 0)
            break;
        for (u32 instruction = type == 1; instruction <= (type == 1 || type == 3); instruction++) {
            write_sysreg(csselr_el1, level << 1 | instruction);
            isb();
            printf("CCSIDR_EL1 level %u %s 0x%016lx\n", level + 1, instruction ? "instruction" : "data or unified", read_sysreg(ccsidr_el1));
        }
    }
    printf("CTR_EL0 0x%016lx\nDCZID_EL0 0x%016lx\n", read_sysreg(ctr_el0), read_sysreg(dczid_el0));
}

/* Facts that no CPU that runs this can contradict. */
static void consistency(void)
{
    u64 pfr0 = read_sysreg(id_aa64pfr0_el1), mmfr0 = read_sysreg(id_aa64mmfr0_el1), ctr = read_sysreg(ctr_el0);
    check(FIELD(pfr0, 0, 4) >= 1 && FIELD(pfr0, 4, 4) >= 1, "EL0 and EL1 run AArch64");
    check(FIELD(pfr0, 16, 4) == FIELD(pfr0, 20, 4), "FP and AdvSIMD agree");
    check(FIELD(mmfr0, 0, 4) <= 7, "physical address range");
    check((ctr & BIT(31)) != 0 && FIELD(ctr, 0, 4) >= 1 && FIELD(ctr, 16, 4) >= 1, "CTR_EL0: RES1 and line sizes");
    check((read_sysreg(mpidr_el1) & BIT(31)) != 0, "MPIDR_EL1 bit 31");
    check(FIELD(read_sysreg(midr_el1), 16, 4) == 0xf, "MIDR_EL1 architecture field");
}

void guest_main(void)
{
    id_space();
    caches();
    consistency();
}
