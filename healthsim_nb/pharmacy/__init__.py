"""RxMemberSim: products, formularies, pharmacies, programs and utilization review."""
