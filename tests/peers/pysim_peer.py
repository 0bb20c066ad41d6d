"""Lets pySim's ota module build and open packets, one request a line in, one answer a line out.

Nothing of pySim is here: its checkout and what it needs are found through PYTHONPATH. The lines are those of
PeerProcess.cs: fields separated by tabs, octets in hexadecimal.
"""

import sys

from pySim.ota import OtaDialectSms, OtaKeyset

CIPHERS = {0x1: "single_des", 0x5: "triple_des_cbc2", 0x9: "triple_des_cbc3", 0x2: "aes_cbc"}
CHECKS = {0x1: "single_des", 0x5: "triple_des_cbc2", 0x9: "triple_des_cbc3", 0x2: "aes_cmac"}
COUNTERS = ["no_counter", "counter_no_replay_or_seq", "counter_must_be_higher", "counter_must_be_lower"]
INTEGRITIES = ["no_rc_cc_ds", "rc", "cc", "ds"]
PORS = ["no_por", "por_required", "por_only_when_error"]
STATUSES = ["por_ok", "rc_cc_ds_failed", "cntr_low", "cntr_high", "cntr_blocked", "ciphering_error",
            "undefined_security_error", "insufficient_memory", "more_time_needed", "tar_unknown"]


def spi_of(octets):
    """SPI in the words of pySim."""
    first, second = octets
    return {
        "counter": COUNTERS[first >> 3 & 3],
        "ciphering": bool(first & 4),
        "rc_cc_ds": INTEGRITIES[first & 3],
        "por_in_submit": bool(second & 0x20),
        "por_shall_be_ciphered": bool(second & 0x10),
        "por_rc_cc_ds": INTEGRITIES[second >> 2 & 3],
        "por": PORS[second & 3],
    }


def answer(verb, spi, kic, kid, tar, cntr, kic_key, kid_key, cc_length, status, payload):
    """The fields after "ok"."""
    kic, kid = kic[0], kid[0]
    keys = OtaKeyset(algo_crypt=CIPHERS[kic & 15], kic_idx=kic >> 4, kic=kic_key,
                     algo_auth=CHECKS[kid & 15], kid_idx=kid >> 4, kid=kid_key,
                     cntr=int.from_bytes(cntr, "big"))
    dialect = OtaDialectSms()
    if verb == "wrap":
        return [dialect.encode_cmd(keys, tar, spi_of(spi), payload)]
    if verb == "open":
        opened_tar, _, data = dialect.decode_cmd(keys, payload)
        return [opened_tar, data]
    if verb == "read":
        packet, _ = dialect.decode_resp(keys, spi_of(spi), payload)
        return [bytes([STATUSES.index(str(packet["response_status"]))]), packet["cntr"], packet["secured_data"]]
    raise NotImplementedError("pySim does not " + verb)


def main():
    """Answers until the input ends."""
    for line in sys.stdin:
        verb, *fields = line.rstrip("\n").split("\t")
        try:
            fields = answer(verb, *[bytes.fromhex(f) for f in fields])
            print("\t".join(["ok"] + [bytes(f).hex().upper() for f in fields]), flush=True)
        except Exception as fault:  # Whatever it is, it is the peer's answer to this case.
            print("no\t" + " ".join(f"{type(fault).__name__}: {fault}".split()), flush=True)


if __name__ == "__main__":
    main()
