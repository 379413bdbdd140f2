"""What the simulated instrument plays when nobody gives it a script: a tour of the panel."""

PERFORMANCE = """
1.0  touch 2 2
1.0  midi 90 30 50
1.5  midi 3c 60
1.8  touch 3 3
2.1  touch 4 4
2.4  touch 5 5
2.5  midi 43 5a
2.7  touch 6 6
3.0  touch 7 7
3.3  touch 8 8
4.0  lift
4.5  turn 0 1
5.5  turn 3 1
6.0  touch 8 2
6.2  touch 7 2
6.4  touch 6 2
6.6  touch 5 2
7.0  lift
7.0  pot 1 0.2
7.2  pot 1 0.35
7.4  pot 1 0.5
8.0  midi 48 60
8.5  pot 5 0.9
9.0  press 0
10.2 release 0
10.5 turn 0 -1
11.5 press 0
11.6 release 0
12.0 midi 80 30 00 3c 00 43 00 48 00
12.5 unplug panel
14.0 plug panel
15.0 press 0
15.1 press 3
15.2 release 0
15.2 release 3
16.5 press 3
16.6 release 3
17.5 press 0
17.6 release 0
"""
