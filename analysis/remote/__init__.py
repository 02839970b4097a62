"""Everything that stands around a provider: what it may cost, how often it is asked, and who next.

From the outside in: ``chain`` asks one provider after another until one answers; ``asked`` is one
provider with its answers kept (``answers``), equal questions in flight asked once, its circuit
breaker (``breaker``), its fair queue and rates (``limits``, ``lanes``) and the day's money
(``budget``, ``prices``, ``ledger``). ``prepare`` makes the pictures it sends, ``meter`` counts.
The pipeline sees detectors and knows of none of this.
"""
