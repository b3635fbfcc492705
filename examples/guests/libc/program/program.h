/* A program that calls a C library's string, number and mathematical functions, and prints what they give. Portable: on any machine the text
 * is the same, because every line is exact by the C standard or is a comparison. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdint.h>
#include <stdio.h>

extern unsigned failures;

/* SplitMix64. */
uint64_t random_word(void);
void seed_random(uint64_t seed);

/* 64-bit FNV-1a over what the functions gave. */
void hash_reset(void);
void hash_bytes(const void *data, unsigned long length);
void hash_word(uint64_t word);
uint64_t hash_value(void);

/* Prints "name: count cases, hash", and FAIL before it when some case was wrong. */
void report(const char *name, unsigned long cases, unsigned long wrong);

void strings(void);
void numbers(void);
void mathematics(void);

#endif
