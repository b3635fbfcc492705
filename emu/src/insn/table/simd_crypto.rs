//! Rows: the cryptographic extensions. Knows nothing of execution.

macro_rules! simd_crypto_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name    encoding                                    format           execution                syntax                                         feature effects
AESE       "01001110 00 10100 00100 10 nnnnn ddddd"    simd_three_q     simd_crypto::aese,       "aese v{d}.16b, v{n}.16b"                      AES FP;
AESD       "01001110 00 10100 00101 10 nnnnn ddddd"    simd_three_q     simd_crypto::aesd,       "aesd v{d}.16b, v{n}.16b"                      AES FP;
AESMC      "01001110 00 10100 00110 10 nnnnn ddddd"    simd_three_q     simd_crypto::aesmc,      "aesmc v{d}.16b, v{n}.16b"                     AES FP;
AESIMC     "01001110 00 10100 00111 10 nnnnn ddddd"    simd_three_q     simd_crypto::aesimc,     "aesimc v{d}.16b, v{n}.16b"                    AES FP;
SHA1C      "01011110 00 0 mmmmm 0 000 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha1c,      "sha1c q{d}, s{n}, v{m}.4s"                    SHA1 FP;
SHA1P      "01011110 00 0 mmmmm 0 001 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha1p,      "sha1p q{d}, s{n}, v{m}.4s"                    SHA1 FP;
SHA1M      "01011110 00 0 mmmmm 0 010 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha1m,      "sha1m q{d}, s{n}, v{m}.4s"                    SHA1 FP;
SHA1SU0    "01011110 00 0 mmmmm 0 011 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha1su0,    "sha1su0 v{d}.4s, v{n}.4s, v{m}.4s"            SHA1 FP;
SHA256H    "01011110 00 0 mmmmm 0 100 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha256h,    "sha256h q{d}, q{n}, v{m}.4s"                  SHA256 FP;
SHA256H2   "01011110 00 0 mmmmm 0 101 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha256h2,   "sha256h2 q{d}, q{n}, v{m}.4s"                 SHA256 FP;
SHA256SU1  "01011110 00 0 mmmmm 0 110 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha256su1,  "sha256su1 v{d}.4s, v{n}.4s, v{m}.4s"          SHA256 FP;
SHA1H      "01011110 00 10100 00000 10 nnnnn ddddd"    simd_three_q     simd_crypto::sha1h,      "sha1h s{d}, s{n}"                             SHA1 FP;
SHA1SU1    "01011110 00 10100 00001 10 nnnnn ddddd"    simd_three_q     simd_crypto::sha1su1,    "sha1su1 v{d}.4s, v{n}.4s"                     SHA1 FP;
SHA256SU0  "01011110 00 10100 00010 10 nnnnn ddddd"    simd_three_q     simd_crypto::sha256su0,  "sha256su0 v{d}.4s, v{n}.4s"                   SHA256 FP;
SHA512H    "11001110 011 mmmmm 1 0 00 00 nnnnn ddddd"  simd_three_q     simd_crypto::sha512h,    "sha512h q{d}, q{n}, v{m}.2d"                  SHA512 FP;
SHA512H2   "11001110 011 mmmmm 1 0 00 01 nnnnn ddddd"  simd_three_q     simd_crypto::sha512h2,   "sha512h2 q{d}, q{n}, v{m}.2d"                 SHA512 FP;
SHA512SU1  "11001110 011 mmmmm 1 0 00 10 nnnnn ddddd"  simd_three_q     simd_crypto::sha512su1,  "sha512su1 v{d}.2d, v{n}.2d, v{m}.2d"          SHA512 FP;
RAX1       "11001110 011 mmmmm 1 0 00 11 nnnnn ddddd"  simd_three_q     simd_crypto::rax1,       "rax1 v{d}.2d, v{n}.2d, v{m}.2d"               SHA3 FP;
SM3PARTW1  "11001110 011 mmmmm 1 1 00 00 nnnnn ddddd"  simd_three_q     simd_crypto::sm3partw1,  "sm3partw1 v{d}.4s, v{n}.4s, v{m}.4s"          SM3 FP;
SM3PARTW2  "11001110 011 mmmmm 1 1 00 01 nnnnn ddddd"  simd_three_q     simd_crypto::sm3partw2,  "sm3partw2 v{d}.4s, v{n}.4s, v{m}.4s"          SM3 FP;
SM4EKEY    "11001110 011 mmmmm 1 1 00 10 nnnnn ddddd"  simd_three_q     simd_crypto::sm4ekey,    "sm4ekey v{d}.4s, v{n}.4s, v{m}.4s"            SM4 FP;
SHA512SU0  "11001110 110 00000 1000 00 nnnnn ddddd"    simd_three_q     simd_crypto::sha512su0,  "sha512su0 v{d}.2d, v{n}.2d"                   SHA512 FP;
SM4E       "11001110 110 00000 1000 01 nnnnn ddddd"    simd_three_q     simd_crypto::sm4e,       "sm4e v{d}.4s, v{n}.4s"                        SM4 FP;
EOR3       "11001110 000 mmmmm 0 aaaaa nnnnn ddddd"    simd_four_q      simd_crypto::eor3,       "eor3 v{d}.16b, v{n}.16b, v{m}.16b, v{a}.16b"  SHA3 FP;
BCAX       "11001110 001 mmmmm 0 aaaaa nnnnn ddddd"    simd_four_q      simd_crypto::bcax,       "bcax v{d}.16b, v{n}.16b, v{m}.16b, v{a}.16b"  SHA3 FP;
SM3SS1     "11001110 010 mmmmm 0 aaaaa nnnnn ddddd"    simd_four_q      simd_crypto::sm3ss1,     "sm3ss1 v{d}.4s, v{n}.4s, v{m}.4s, v{a}.4s"    SM3 FP;
XAR        "11001110 100 mmmmm iiiiii nnnnn ddddd"     simd_three_imm6  simd_crypto::xar,        "xar v{d}.2d, v{n}.2d, v{m}.2d, #{i}"          SHA3 FP;
SM3TT1A    "11001110 010 mmmmm 10 ii 00 nnnnn ddddd"   simd_three_imm2  simd_crypto::sm3tt1a,    "sm3tt1a v{d}.4s, v{n}.4s, v{m}.s[{i}]"        SM3 FP;
SM3TT1B    "11001110 010 mmmmm 10 ii 01 nnnnn ddddd"   simd_three_imm2  simd_crypto::sm3tt1b,    "sm3tt1b v{d}.4s, v{n}.4s, v{m}.s[{i}]"        SM3 FP;
SM3TT2A    "11001110 010 mmmmm 10 ii 10 nnnnn ddddd"   simd_three_imm2  simd_crypto::sm3tt2a,    "sm3tt2a v{d}.4s, v{n}.4s, v{m}.s[{i}]"        SM3 FP;
SM3TT2B    "11001110 010 mmmmm 10 ii 11 nnnnn ddddd"   simd_three_imm2  simd_crypto::sm3tt2b,    "sm3tt2b v{d}.4s, v{n}.4s, v{m}.s[{i}]"        SM3 FP;
        }
    };
}
