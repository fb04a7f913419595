pragma circom 2.0.0;
// Knows x and y with x·y = product and x^5 = fifth; one output, one public input.
template Powers() {
    signal input fifth;
    signal input x;
    signal input y;
    signal output product;
    signal square;
    signal fourth;
    product <== x * y;
    square <== x * x;
    fourth <== square * square;
    fifth === fourth * x;
}
component main {public [fifth]} = Powers();
