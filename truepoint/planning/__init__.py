"""`truepoint plan`: what a change of definitions will do, before it is done."""
