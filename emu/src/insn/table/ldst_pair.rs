//! Rows: loads and stores of two registers. Knows nothing of execution.

macro_rules! ldst_pair_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name    encoding                                   format      execution                   syntax                                      feature effects
STNP_w     "00 101 0 000 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_w::<Offset>, "stnp {d:rt}, {a:rt}, [{n:x}{i:off}]"       Base STORE;
LDNP_w     "00 101 0 000 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_w::<Offset>, "ldnp {d:rt}, {a:rt}, [{n:x}{i:off}]"       Base LOAD;
STNP_x     "10 101 0 000 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_x::<Offset>, "stnp {d:rt}, {a:rt}, [{n:x}{i:off}]"       Base STORE;
LDNP_x     "10 101 0 000 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_x::<Offset>, "ldnp {d:rt}, {a:rt}, [{n:x}{i:off}]"       Base LOAD;
STNP_s     "00 101 1 000 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_s::<Offset>, "stnp {d:vt}, {a:vt}, [{n:x}{i:off}]"       FP STORE | FP;
LDNP_s     "00 101 1 000 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_s::<Offset>, "ldnp {d:vt}, {a:vt}, [{n:x}{i:off}]"       FP LOAD | FP;
STNP_d     "01 101 1 000 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_d::<Offset>, "stnp {d:vt}, {a:vt}, [{n:x}{i:off}]"       FP STORE | FP;
LDNP_d     "01 101 1 000 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_d::<Offset>, "ldnp {d:vt}, {a:vt}, [{n:x}{i:off}]"       FP LOAD | FP;
STNP_q     "10 101 1 000 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_q::<Offset>, "stnp {d:vt}, {a:vt}, [{n:x}{i:off}]"       FP STORE | FP;
LDNP_q     "10 101 1 000 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_q::<Offset>, "ldnp {d:vt}, {a:vt}, [{n:x}{i:off}]"       FP LOAD | FP;
STP_w_post "00 101 0 001 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_w::<Post>,   "stp {d:rt}, {a:rt}, [{n:x}], #{i:simm}"    Base STORE;
LDP_w_post "00 101 0 001 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_w::<Post>,   "ldp {d:rt}, {a:rt}, [{n:x}], #{i:simm}"    Base LOAD;
LDPSW_post "01 101 0 001 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldpsw::<Post>,   "ldpsw {d:rt}, {a:rt}, [{n:x}], #{i:simm}"  Base LOAD;
STP_x_post "10 101 0 001 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_x::<Post>,   "stp {d:rt}, {a:rt}, [{n:x}], #{i:simm}"    Base STORE;
LDP_x_post "10 101 0 001 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_x::<Post>,   "ldp {d:rt}, {a:rt}, [{n:x}], #{i:simm}"    Base LOAD;
STP_s_post "00 101 1 001 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_s::<Post>,   "stp {d:vt}, {a:vt}, [{n:x}], #{i:simm}"    FP STORE | FP;
LDP_s_post "00 101 1 001 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_s::<Post>,   "ldp {d:vt}, {a:vt}, [{n:x}], #{i:simm}"    FP LOAD | FP;
STP_d_post "01 101 1 001 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_d::<Post>,   "stp {d:vt}, {a:vt}, [{n:x}], #{i:simm}"    FP STORE | FP;
LDP_d_post "01 101 1 001 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_d::<Post>,   "ldp {d:vt}, {a:vt}, [{n:x}], #{i:simm}"    FP LOAD | FP;
STP_q_post "10 101 1 001 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_q::<Post>,   "stp {d:vt}, {a:vt}, [{n:x}], #{i:simm}"    FP STORE | FP;
LDP_q_post "10 101 1 001 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_q::<Post>,   "ldp {d:vt}, {a:vt}, [{n:x}], #{i:simm}"    FP LOAD | FP;
STP_w_off  "00 101 0 010 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_w::<Offset>, "stp {d:rt}, {a:rt}, [{n:x}{i:off}]"        Base STORE;
LDP_w_off  "00 101 0 010 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_w::<Offset>, "ldp {d:rt}, {a:rt}, [{n:x}{i:off}]"        Base LOAD;
LDPSW_off  "01 101 0 010 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldpsw::<Offset>, "ldpsw {d:rt}, {a:rt}, [{n:x}{i:off}]"      Base LOAD;
STP_x_off  "10 101 0 010 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_x::<Offset>, "stp {d:rt}, {a:rt}, [{n:x}{i:off}]"        Base STORE;
LDP_x_off  "10 101 0 010 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_x::<Offset>, "ldp {d:rt}, {a:rt}, [{n:x}{i:off}]"        Base LOAD;
STP_s_off  "00 101 1 010 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_s::<Offset>, "stp {d:vt}, {a:vt}, [{n:x}{i:off}]"        FP STORE | FP;
LDP_s_off  "00 101 1 010 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_s::<Offset>, "ldp {d:vt}, {a:vt}, [{n:x}{i:off}]"        FP LOAD | FP;
STP_d_off  "01 101 1 010 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_d::<Offset>, "stp {d:vt}, {a:vt}, [{n:x}{i:off}]"        FP STORE | FP;
LDP_d_off  "01 101 1 010 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_d::<Offset>, "ldp {d:vt}, {a:vt}, [{n:x}{i:off}]"        FP LOAD | FP;
STP_q_off  "10 101 1 010 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_q::<Offset>, "stp {d:vt}, {a:vt}, [{n:x}{i:off}]"        FP STORE | FP;
LDP_q_off  "10 101 1 010 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_q::<Offset>, "ldp {d:vt}, {a:vt}, [{n:x}{i:off}]"        FP LOAD | FP;
STP_w_pre  "00 101 0 011 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_w::<Pre>,    "stp {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!"   Base STORE;
LDP_w_pre  "00 101 0 011 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_w::<Pre>,    "ldp {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!"   Base LOAD;
LDPSW_pre  "01 101 0 011 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldpsw::<Pre>,    "ldpsw {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!" Base LOAD;
STP_x_pre  "10 101 0 011 0 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::stp_x::<Pre>,    "stp {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!"   Base STORE;
LDP_x_pre  "10 101 0 011 1 iiiiiii aaaaa nnnnn ttttt" single_pair ldst_pair::ldp_x::<Pre>,    "ldp {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!"   Base LOAD;
STP_s_pre  "00 101 1 011 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_s::<Pre>,    "stp {d:vt}, {a:vt}, [{n:x}, #{i:simm}]!"   FP STORE | FP;
LDP_s_pre  "00 101 1 011 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_s::<Pre>,    "ldp {d:vt}, {a:vt}, [{n:x}, #{i:simm}]!"   FP LOAD | FP;
STP_d_pre  "01 101 1 011 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_d::<Pre>,    "stp {d:vt}, {a:vt}, [{n:x}, #{i:simm}]!"   FP STORE | FP;
LDP_d_pre  "01 101 1 011 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_d::<Pre>,    "ldp {d:vt}, {a:vt}, [{n:x}, #{i:simm}]!"   FP LOAD | FP;
STP_q_pre  "10 101 1 011 0 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::stp_q::<Pre>,    "stp {d:vt}, {a:vt}, [{n:x}, #{i:simm}]!"   FP STORE | FP;
LDP_q_pre  "10 101 1 011 1 iiiiiii aaaaa nnnnn ttttt" vector_pair ldst_pair::ldp_q::<Pre>,    "ldp {d:vt}, {a:vt}, [{n:x}, #{i:simm}]!"   FP LOAD | FP;
        }
    };
}
