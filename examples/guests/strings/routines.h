/* The routines under test: what a C library has, written plainly and compiled at -O3, so that the compiler vectorises them. */
#ifndef ROUTINES_H
#define ROUTINES_H

#include <stddef.h>
#include <stdint.h>

void *t_memcpy(void *to, const void *from, size_t n);
void *t_memmove(void *to, const void *from, size_t n);
void *t_memset(void *to, int byte, size_t n);
int t_memcmp(const void *a, const void *b, size_t n);
void *t_memchr(const void *s, int byte, size_t n);
size_t t_strlen(const char *s);
int t_strcmp(const char *a, const char *b);
char *t_strcpy(char *to, const char *from);
char *t_strrchr(const char *s, int byte);
char *t_strstr(const char *text, const char *word);
void t_reverse(uint8_t *s, size_t n);
uint64_t t_sum_bytes(const uint8_t *s, size_t n);
size_t t_count(const uint8_t *s, size_t n, uint8_t byte);
void t_upper(char *s, size_t n);
void t_xor(uint8_t *to, const uint8_t *a, const uint8_t *b, size_t n);
uint32_t t_adler(const uint8_t *s, size_t n);
void t_widen(uint16_t *to, const uint8_t *from, size_t n);
void t_swap16(uint8_t *s, size_t pairs);
int64_t t_strtol(const char *s);
size_t t_itoa(char *out, int64_t value);

#endif
