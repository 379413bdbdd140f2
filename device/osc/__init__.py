"""OSC (Open Sound Control 1.0 over UDP): the instrument played and watched from other programs.

Heard (a whole number may come as a float and the other way round, T and F are 1 and 0):

    /on note velocity           note 0..127, velocity 0..1; velocity 0 is /off
    /off note
    /volume turn                0..1, the same as /parameter/volume
    /patch/load slot            0..127; the first four slots are those of the buttons
    /patch/save slot
    /pad x y                    0..1 each, from the top left corner
    /pad/lift [1]               the finger leaves the pad; 0 does nothing
    /parameter/<name> turn      0..1; position, attack, decay, sustain, release, volume
    /instrument/<corner> which  index from 0, or the name as written on the screen; the corner is
                                0..3 or top_left, top_right, bottom_left, bottom_right
    /combination index          of all choices of instruments in the pack, from 0
    /pack index                 in the list of packs, from 0
    /install index              a pack of those on USB sticks, from 0, or its name
    /install/stop [1]           give up the install that runs; 0 does nothing
    /channel channel            MIDI channel 1..16 to listen to, 0 for all
    /bend amount                -1..1 of the bend range
    /sustain down               0 or 1
    /control controller value   a MIDI controller, 0..127 each
    /program program            a MIDI program change, 0..127
    /panic [1]                  every note and pedal of every input is let go; 0 does nothing
    /page [forward]             the next system page; 0 goes back to playing
    /encoder corner steps       detents, clockwise positive, -127..127
    /button button down         patch button 0..3, 1 pressed or 0 released; held on, it saves
    /subscribe [port]           send me all state, and what changes of it for 60 seconds
    /ping                       answered by /pong

The first five are those of the original instrument. Address patterns (*, ?) are not expanded, and
the messages of a bundle all happen at once, whatever its time tag says. What means nothing is
counted and answered by /error to where its sender has subscribed, or else to the sender itself.

Told to the targets of the settings and to subscribers, when it changes:

    /pad x y
    /parameter/<name> turn
    /instruments name name name name    in the order of the corners above
    /pack name                          "" without a pack
    /patch/recalled slot
    /patch/saved slot
    /fault part text                    the text is "" when the part works again
    /usb name name ...                  the packs on USB sticks that can be installed
    /install/progress name part         0..1 of the pack that is being installed
    /install/ended name text            the text is "" when the pack is on the card
    /web address                        "192.168.1.20:8080", "" if the panel is not open to others;
                                        its token is on the display alone
    /notice text                        something worth knowing, although all works
    /meters load peak voices            load of the audio thread 0..1; at most 10 times a second
    /error text                         only to who sent what it is about
    /pong                               only to who sent /ping

UDP has no connection that could be lost: what a vanished sender holds sounds on until it, or any
program on the same machine, sends /off, or until /panic. All programs of one machine count as one
keyboard, "osc <address>"; of more than 64 machines those silent for longest are let go. Anyone who
can reach the port can play, so it listens on this machine only unless the settings say otherwise.
"""

from device.osc.outgoing import OscOut
from device.osc.remote import OscRemote

__all__ = ["OscOut", "OscRemote"]
