"""What the command tells other programs when it ends: each code means one thing."""

from cli import ending

DONE = 0
RUN_FAILED = 1
USAGE = 2
REFUSED = 3
UNUSABLE = 4
NO_ANSWER = 5
NO_RUN = 6
DECLINED = 7
UNHEALTHY = 8
WRONG_STATE = 9
BROKEN = 70
INTERRUPTED = ending.INTERRUPTED

MEANINGS = {
    DONE: "It was done: a run succeeded, an upload would be accepted, a stage is well.",
    RUN_FAILED: "The run failed, was stopped or took too long; there is no forecast.",
    USAGE: "The command line is wrong, or a file that it names cannot be used.",
    REFUSED: "The data would be refused; nothing was uploaded.",
    UNUSABLE: "The stage cannot be used: it is not deployed, or AWS refused a call.",
    NO_ANSWER: "AWS could not be reached, or did not answer for too long.",
    NO_RUN: "No run starts for an upload, as the stage's trigger does not work.",
    DECLINED: "You were asked, and did not say yes; nothing was changed.",
    UNHEALTHY: "`doctor` found something wrong.",
    WRONG_STATE: "The run is in no state for this, such as `fetch` while it goes on.",
    BROKEN: "The command itself is broken; what it prints belongs into a bug report.",
    INTERRUPTED: "You stopped the command; a run that it follows goes on.",
}
