/* Checks, the verdict, and the command line. */
#include "fdt.h"
#include "guest.h"

/* Apart from its reader, or the compiler would take the default for the value. */
const bool __attribute__((weak)) guest_wants_default_mmu = true;

static unsigned failures;
static const char *first_failure;

static void failed(const char *label)
{
    if (!failures++)
        first_failure = label;
}

bool check_quiet(bool condition, const char *label)
{
    if (!condition)
        failed(label);
    return condition;
}

bool check(bool condition, const char *label)
{
    printf("%s %s\n", condition ? "ok  " : "FAIL", label);
    return check_quiet(condition, label);
}

bool check_u64(const char *label, u64 got, u64 want)
{
    if (got == want)
        printf("ok   %s = 0x%lx\n", label, got);
    else
        printf("FAIL %s: got 0x%lx, want 0x%lx\n", label, got, want);
    return check_quiet(got == want, label);
}

unsigned check_failures(void) { return failures; }

void guest_finish(void)
{
    if (failures)
        printf("FAIL %s: %s (%u failed)\n", guest_name, first_failure, failures);
    else
        printf("PASS %s\n", guest_name);
    power_off();
}

const char *bootargs(void)
{
    struct fdt_node chosen;
    u32 length;
    if (!guest_dtb || !fdt_path(guest_dtb, "/chosen", &chosen))
        return "";
    const char *text = fdt_property(&chosen, "bootargs", &length);
    return text && length ? text : "";
}

/* The text after `key` where it stands at the start of a word, or NULL. */
static const char *find_word(const char *key)
{
    size_t length = strlen(key);
    const char *start = bootargs();
    for (const char *p = start; *p; p++)
        if ((p == start || p[-1] == ' ') && !strncmp(p, key, length))
            return p + length;
    return NULL;
}

u64 bootarg_u64(const char *key, u64 fallback)
{
    const char *p = find_word(key);
    if (!p || *p++ != '=')
        return fallback;
    u64 value = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (u64)(*p - '0');
    return value;
}

bool bootarg_present(const char *word)
{
    const char *p = find_word(word);
    return p && (*p == 0 || *p == ' ');
}
